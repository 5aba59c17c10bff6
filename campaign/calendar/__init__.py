"""The calendars of Congress: committee meetings, the House's floor list, days in session.

All of it is a plan. Nothing here says that a meeting was held, or that a bill was voted on.
"""
