"""Views: from an HTTP request to its response; every status code comes from the class of an error."""
