"""Who may see what: grants, and the decision about one access. Whatever no grant names is refused.

Here: reading grants (`grants`), roles and purposes (`policy`), deciding (`decision`), and the table of
all decisions (`matrix`). Never here: files of the hub, the log, or any data. Next: `warehouse.gateway`
asks `decide` before it writes to the log and answers.
"""

from hub.access.decision import AccessRequest, Allowed, Post, Refused, decide
from hub.access.grants import Approval, Grant, GrantError, load_grants
from hub.access.policy import Policy, Role, load_policy

__all__ = [
    "AccessRequest",
    "Allowed",
    "Approval",
    "Grant",
    "GrantError",
    "Policy",
    "Post",
    "Refused",
    "Role",
    "decide",
    "load_grants",
    "load_policy",
]
