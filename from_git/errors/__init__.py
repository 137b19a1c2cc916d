"""Every way in which a question can fail.

    FromGitError                status  error  body beyond `error`, `message` and `advice`
    ├── RequestError               400  ERR3   urls, urlsMore, parameters
    │   ├── NothingHere            404  ERR3
    │   ├── MethodRefused          405  ERR3
    │   ├── FormatRefused          406  ERR3
    │   ├── LengthRequired         411  ERR3
    │   ├── ConditionFailed        412  ERR3
    │   ├── BodyTooLarge           413  ERR3
    │   ├── LineTooLong            414  ERR3
    │   ├── MediaTypeRefused       415  ERR3
    │   ├── RangeRefused           416  ERR3
    │   └── AskedTooOften          429  ERR3   retryAfter
    ├── OwnFault                   500  ERRX
    ├── ServerFull                 503  ERR2   retryAfter
    └── UpstreamError              502  ERR2   upstream, profile
        ├── CredentialsError       502  ERR2   upstream, profile
        ├── MalformedAnswer        502  ERR2   upstream, profile
        ├── TransientError         502  ERR2   upstream, profile
        │   ├── BrokenError        502  ERR2   upstream, profile
        │   └── TooHeavyError      502  ERR2   upstream, profile
        ├── LimitError             503  ERR2   upstream, retryAfter
        │   └── BudgetError        503  ERR2   upstream, retryAfter where time helps
        ├── UnfinishedError        503  ERR2   upstream, profile, retryAfter
        └── DeadlineError          504  ERR2   upstream, profile

The message tells the reader what happened, the advice what to do, the attributes tell the program. All three are safe
to show to a client: they never hold a token, a header that we sent, or the text of a foreign exception.
`Cancelled` is no outcome: it ends a task whose group nobody waits for any more.
"""

from from_git.errors.base import FromGitError, kinds, meaning
from from_git.errors.requests import (
    AskedTooOften,
    BodyTooLarge,
    Complaint,
    ConditionFailed,
    FormatRefused,
    LengthRequired,
    LineTooLong,
    MediaTypeRefused,
    MethodRefused,
    NothingHere,
    OwnFault,
    RangeRefused,
    RequestError,
    ServerFull,
)
from from_git.errors.upstreams import (
    BrokenError,
    BudgetError,
    Cancelled,
    CredentialsError,
    DeadlineError,
    LimitError,
    MalformedAnswer,
    TooHeavyError,
    TransientError,
    UnfinishedError,
    UpstreamError,
    of_repository,
)
from from_git.errors.words import lasted, quoted, struck, when

__all__ = [
    "AskedTooOften",
    "BodyTooLarge",
    "BrokenError",
    "BudgetError",
    "Cancelled",
    "Complaint",
    "ConditionFailed",
    "CredentialsError",
    "DeadlineError",
    "FormatRefused",
    "FromGitError",
    "LengthRequired",
    "LimitError",
    "LineTooLong",
    "MalformedAnswer",
    "MediaTypeRefused",
    "MethodRefused",
    "NothingHere",
    "OwnFault",
    "RangeRefused",
    "RequestError",
    "ServerFull",
    "TooHeavyError",
    "TransientError",
    "UnfinishedError",
    "UpstreamError",
    "kinds",
    "lasted",
    "meaning",
    "of_repository",
    "quoted",
    "struck",
    "when",
]
