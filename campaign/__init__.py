"""A legislative advocacy campaign tracker.

The rooms, from the ground up (imports go down this list only):

- ``settings``, ``refusals`` -- what the operator chose; how a refusal is said in both languages
- ``logs`` -- how a line is written, and what is blotted out of it
- ``db``, ``runs`` -- engine, sessions, migrations; the record of scheduled work
- ``fetch`` -- the one door to the network: retries, breakers, budgets, no redirects, no keys in addresses
- ``congress`` -- the public record: bills, observations, the ledger, lineage, members
- ``districts`` -- ZIP, address or point to seat
- ``outreach`` -- what a supporter asks of a member, and in which words
- ``organizing`` -- honest counts and worklists
- ``mailing`` -- readers, editions, deliveries; ``accounts`` -- who organizes
- ``snapshot`` -- the facts that come with the program
- ``backup``, ``doctor``, ``server`` -- what the operator's commands do
- ``web`` -- pages and JSON; ``app`` puts the service together; ``cli`` is the operator's hand

Jobs that happen by themselves live beside this package, in ``jobs``.
"""

__version__ = "0.1.0"
