"""Why nobody was signed in by an identity provider."""

from enum import StrEnum

from engine.model.errors import EngineError


class Flaw(StrEnum):
    """What is wrong with an answer. For the log and the tests; the person is told less."""

    STATE = "state"
    """The answer belongs to no sign-in of this browser, or to one that took too long."""
    DENIED = "denied"
    """The provider said no, or the person did."""
    CODE = "code"
    """There is no code, or the provider did not honour it."""
    FORM = "form"
    """The answer cannot be read, or holds no ID token."""
    SIGNATURE = "signature"
    """Signed by nobody, by an unknown key, or by a method that is not accepted."""
    ISSUER = "issuer"
    AUDIENCE = "audience"
    NONCE = "nonce"
    TIME = "time"
    CLAIM = "claim"
    """A claim is missing or of the wrong form."""


class IdentityRefusedError(EngineError):
    """The provider's answer is not good enough to sign anybody in."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__("the sign-in could not be confirmed", "start again from the sign-in page")
        self.flaw = flaw


class ProviderUnavailableError(EngineError):
    """The identity provider cannot be reached or is set up wrongly. Worth trying again."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"the identity provider {what}", "try again in a minute; tell an admin if it stays so"
        )
