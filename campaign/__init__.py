"""A legislative advocacy campaign tracker.

The rooms, from the ground up (imports go down this list only):

- ``settings``, ``refusals``, ``dates``, ``mailbox`` -- the operator's settings; errors in both languages; days
  people write; what can be an address of mail
- ``logs`` -- log format, and what is redacted
- ``write_lock``, ``db``, ``group_commit``, ``runs`` -- who writes next to SQLite; engine, sessions, migrations;
  writes that share a transaction; runs of jobs and leadership
- ``ssrf``, ``connection``, ``reply``, ``circuit``, ``fetch`` -- which hosts may be asked; when a request's time
  is over; responses and what they mean; circuit breakers; the only HTTP client: retries, rate budgets, no
  redirects
- ``congress`` -- the public record: bills, observations, the ledger, stages, members
- ``calendar`` -- what is planned: committee meetings, the House's floor list, days in session
- ``votes`` -- roll calls of bills: how each member voted
- ``districts`` -- ZIP code, address or point to seat
- ``proposals`` -- what a campaign is about: proposals, their bills over Congresses, facts, texts
- ``accounts`` -- users, sign-in, sessions
- ``actions`` -- petitions, sign-ons, pledges and letters to an office, and who takes part
- ``outreach`` -- what a supporter asks of a member, and in which words
- ``organizing`` -- counts, worklists, the whip board
- ``snapshot`` -- the facts that come with the program
- ``mailing`` -- ``readers``, ``edition``, ``delivery``, ``returned``
- ``webhooks`` -- programs elsewhere that are told what happens on a campaign's bills
- ``new_congress`` -- what the turn of a Congress ends, and what is missing for it
- ``removal`` -- what goes with a campaign
- ``tables`` -- every table of every room
- ``backup``, ``doctor``, ``server``, ``http_worker`` -- what the operator's commands do; who speaks HTTP
- ``web`` -- ``core``, ``public``, ``organize``, ``api``; ``app`` puts the service together
- ``drill`` -- every page as it will be on a day to come
- ``cli`` -- the command line

Scheduled jobs live beside this package, in ``jobs``.
"""

__version__ = "0.2.0"
