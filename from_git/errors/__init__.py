"""Every way in which a question can fail.

    FromGitError                status  error  body beyond `error`, `message` and `advice`
    ├── RequestError               400  ERR3   urls, urlsMore, parameters
    │   ├── ForeignOrigin          403  ERR3
    │   ├── NothingHere            404  ERR3
    │   ├── NoSuchBatch            404  ERR3
    │   ├── MethodRefused          405  ERR3
    │   ├── FormatRefused          406  ERR3
    │   ├── LengthRequired         411  ERR3
    │   ├── ConditionFailed        412  ERR3
    │   ├── BodyTooLarge           413  ERR3
    │   ├── TooManyUrls            413  ERR3
    │   ├── LineTooLong            414  ERR3
    │   ├── MediaTypeRefused       415  ERR3
    │   ├── RangeRefused           416  ERR3
    │   ├── AskedTooOften          429  ERR3   retryAfter
    │   ├── TooManyBatches         429  ERR3   retryAfter
    │   └── TooManyUploads         429  ERR3   retryAfter
    ├── OwnFault                   500  ERRX
    ├── DatabaseAway               503  ERR2
    ├── ServerFull                 503  ERR2   retryAfter
    └── UpstreamError              502  ERR2   upstream, profile, host
        ├── CredentialsError       502  ERR2   upstream, profile, host
        ├── MalformedAnswer        502  ERR2   upstream, profile, host
        ├── TransientError         502  ERR2   upstream, profile, host
        │   ├── BrokenError        502  ERR2   upstream, profile, host
        │   ├── TooHeavyError      502  ERR2   upstream, profile, host
        │   └── WallError          502  ERR2   upstream, profile, host
        ├── LimitError             503  ERR2   upstream, retryAfter, host
        │   └── BudgetError        503  ERR2   upstream, retryAfter where time helps, host
        ├── UnfinishedError        503  ERR2   upstream, profile, retryAfter, host
        └── DeadlineError          504  ERR2   upstream, profile, host

The message tells the reader what happened, the advice what to do, the attributes tell the program. All three are safe
to show to a client: they never hold a token, a header that we sent, or the text of a foreign exception.
`Cancelled` is no outcome: it ends a task whose group nobody waits for any more.
"""

from from_git.errors.base import FromGitError as FromGitError, kinds as kinds, meaning as meaning
from from_git.errors.batches import (
    DatabaseAway as DatabaseAway,
    ForeignOrigin as ForeignOrigin,
    NoSuchBatch as NoSuchBatch,
    TooManyBatches as TooManyBatches,
    TooManyUploads as TooManyUploads,
    TooManyUrls as TooManyUrls,
)
from from_git.errors.requests import (
    AskedTooOften as AskedTooOften,
    BodyTooLarge as BodyTooLarge,
    Complaint as Complaint,
    ConditionFailed as ConditionFailed,
    FormatRefused as FormatRefused,
    LengthRequired as LengthRequired,
    LineTooLong as LineTooLong,
    MediaTypeRefused as MediaTypeRefused,
    MethodRefused as MethodRefused,
    NothingHere as NothingHere,
    OwnFault as OwnFault,
    RangeRefused as RangeRefused,
    RequestError as RequestError,
    ServerFull as ServerFull,
)
from from_git.errors.upstreams import (
    BrokenError as BrokenError,
    BudgetError as BudgetError,
    Cancelled as Cancelled,
    CredentialsError as CredentialsError,
    DeadlineError as DeadlineError,
    LimitError as LimitError,
    MalformedAnswer as MalformedAnswer,
    TooHeavyError as TooHeavyError,
    TransientError as TransientError,
    UnfinishedError as UnfinishedError,
    UpstreamError as UpstreamError,
    WallError as WallError,
    of_repository as of_repository,
)
from from_git.errors.words import lasted as lasted, quoted as quoted, struck as struck, when as when
