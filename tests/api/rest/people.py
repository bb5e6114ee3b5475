"""People whom the tests invent: one of each role in each clinic, made when first asked for."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from engine.access.holder import Holder
from engine.access.rights import Right, Role
from engine.people import People, add_clinic, add_user, grant, issue_token, make_link, sign_in_with_link
from engine.store.store import Store

CLINICS = ("harbour", "valley")
EVERY_SCOPE = frozenset(right.value for right in Right)


class Crew:
    """`harbour-clinician` is a person with that role in that clinic, and with a token for all of it."""

    def __init__(self, store: Store) -> None:
        self.doors = People(store.engine)
        self.users: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        self._admins: dict[str, Holder] = {}
        for clinic in CLINICS:
            add_clinic(self.doors, clinic, clinic.title(), "UTC")

    def token(self, name: str) -> str:
        """The token of a person."""
        if name not in self._tokens:
            clinic, _, role = name.partition("-")
            self._tokens[name] = self.issue(name, clinic, [Role(role)])
        return self._tokens[name]

    def issue(
        self,
        name: str,
        clinic: str,
        roles: Collection[Role],
        scopes: Collection[str] = EVERY_SCOPE,
        days: int = 30,
    ) -> str:
        """A new token, of a new person where the name is new."""
        if name not in self.users:
            self.users[name] = add_user(self.doors, name, name.replace("-", " ").title())
            for role in roles:
                grant(self.doors, None, self.users[name], role, clinic)
        until = datetime.now(UTC) + timedelta(days=days)
        return issue_token(self.doors, self._admin(clinic), self.users[name], clinic, "test", scopes, until)

    def session(self, name: str) -> str:
        """The secret of a new session of a person."""
        self.token(name)
        return sign_in_with_link(self.doors, make_link(self.doors, self.users[name]), "127.0.0.1").secret

    def _admin(self, clinic: str) -> Holder:
        if clinic not in self._admins:
            user = add_user(self.doors, f"{clinic}-chief", f"{clinic.title()} Chief")
            grant(self.doors, None, user, Role.ADMIN, clinic)
            self._admins[clinic] = sign_in_with_link(
                self.doors, make_link(self.doors, user), "127.0.0.1"
            ).holder
        return self._admins[clinic]
