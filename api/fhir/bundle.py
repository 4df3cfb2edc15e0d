"""The resources of one message and what refers to what; knows no resource's content."""

from api.fhir.message import MessageRefused
from api.fhir.tree import Element


class Resources:
    """Every resource a message holds, found again by the references inside the message."""

    def __init__(self, root: Element) -> None:
        self.listed: list[Element] = []
        self._known: dict[str, Element] = {}
        self._contained: dict[tuple[str, str], Element] = {}
        self._addresses: dict[str, str] = {}
        if root.kind == "Bundle":
            for entry in root.children("entry"):
                self._take_entry(entry)
        else:
            self._take(root)

    def of_kind(self, *kinds: str) -> list[Element]:
        return [resource for resource in self.listed if resource.kind in kinds]

    def address(self, resource: Element) -> str | None:
        """The full URL a resource came under."""
        return self._addresses.get(resource.path)

    def find(self, reference: Element, *kinds: str) -> Element | None:
        """The resource referred to; None when the reference names no resource, only an identifier.

        Raises MessageRefused when it names a resource the message does not hold, or one of
        another kind than the element may refer to.
        """
        literal = reference.text("reference")
        if literal is None:
            return None
        if literal.startswith("#"):
            owner = self._owner(reference.path)
            found = self._contained.get((owner, literal[1:]))
        else:
            found = self._known.get(literal.partition("/_history/")[0])
        if found is None:
            raise MessageRefused(
                reference.path,
                f"Refers to {literal}, which the message does not hold. "
                f"Send the {' or '.join(kinds) or 'resource'} in the same Bundle.",
            )
        if kinds and found.kind not in kinds:
            raise MessageRefused(
                reference.path,
                f"Refers to a {found.kind}. Refer to a {' or '.join(kinds)}.",
            )
        return found

    def _owner(self, path: str) -> str:
        """The outermost resource an element stands in: contained resources belong to that one."""
        return max(
            (
                r.path
                for r in self.listed
                if path.startswith(f"{r.path}.") and ".contained[" not in r.path
            ),
            key=len,
        )

    def _take_entry(self, entry: Element) -> None:
        resource = entry.child("resource")
        if resource is None:
            raise MessageRefused(f"{entry.path}.resource", "Is missing. Send the resource itself.")
        self._take(resource)
        if address := entry.text("fullUrl"):
            if address in self._known:
                raise MessageRefused(
                    f"{entry.path}.fullUrl", "Names two entries. Give each entry its own."
                )
            self._known[address] = resource
            self._addresses[resource.path] = address
            tail = "/".join(address.split("/")[-2:])
            if tail.startswith(f"{resource.kind}/"):
                self._known.setdefault(tail, resource)

    def _take(self, resource: Element) -> None:
        self.listed.append(resource)
        if name := resource.text("id"):
            self._known.setdefault(f"{resource.kind}/{name}", resource)
        for contained in resource.children("contained"):
            self.listed.append(contained)
            if name := contained.text("id"):
                self._contained[(resource.path, name)] = contained
