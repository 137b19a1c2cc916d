"""The pages of tables in a real browser that runs no script."""

from urllib.parse import urlencode

from from_git.tests.kit.pages import ACME, GONE, SOLO, TEAM, PageTestCase

WIDTHS = (360, 768, 1280, 2560)
WRONG = "/health-check?" + urlencode(
    {"url": ["https://bitucket.org/acme-team", "github.com/a/b"], "urls": 1}, doseq=True
)


class Tables(PageTestCase):
    """What a person sees, and where they get from there."""

    def test_the_form_leads_to_the_numbers_and_back_with_its_lines(self) -> None:
        page = self.open(java_script_enabled=False)
        self.submit(page, ACME, TEAM, GONE)
        page.wait_for_selector("h2:has-text('acme and acme-team')")

        self.assertEqual(page.locator(".tiles .value").first.inner_text(), "12")
        self.assertIn("17 public repositories of 2 profiles", page.inner_text(".lead"))
        page.click("text=List the repositories")
        page.wait_for_selector("th:has-text('part-13')")
        page.click("text=Change the question")

        page.wait_for_selector("textarea")
        self.assertEqual(page.input_value("textarea").splitlines(), [ACME, TEAM, GONE])
        self.assert_silent()

    def test_a_mistake_leads_back_with_its_lines_too(self) -> None:
        page = self.open(java_script_enabled=False)
        self.submit(page, "https://bitucket.org/acme-team", SOLO)
        page.wait_for_selector("text=https://bitbucket.org/acme-team")

        page.click("text=Back to the form")

        page.wait_for_selector("textarea")
        self.assertEqual(page.input_value("textarea").splitlines(), ["https://bitucket.org/acme-team", SOLO])

    def test_heads_stand_where_their_cells_do(self) -> None:
        page = self.browser.open(
            self, "/health-check?" + urlencode({"url": [ACME, TEAM], "expand": "repositories"}, doseq=True)
        )
        left = """table => [...table.tHead.rows[0].cells].flatMap((head, index) => {
          const [own, cell] = [head, table.tBodies[0].rows[0].cells[index]].map((one) => getComputedStyle(one));
          return own.textAlign === "right" || own.paddingLeft === cell.paddingLeft ? [] : [head.textContent];
        })"""

        for table in page.locator("table").all():
            self.assertEqual(table.evaluate(left), [])

    def test_it_is_accessible_and_fits_at_any_width_in_light_and_dark(self) -> None:
        answer = "/health-check?" + urlencode({"url": [ACME, TEAM, GONE], "expand": "repositories"}, doseq=True)
        for name, path in {"answer": answer, "error": WRONG}.items():
            for scheme in ("light", "dark"):
                page = self.browser.open(self, path, color_scheme=scheme)
                self.assert_accessible(page)
                for width in WIDTHS:
                    with self.subTest(name, scheme=scheme, width=width):
                        page.set_viewport_size({"width": width, "height": 900})
                        self.assert_fits(page)
                        self.keep(page, f"{name}-{width}-{scheme}")
