"""Roll calls of bills: how each member voted, by the Clerk of the House and the Senate's own documents.

Which roll calls there are, the record of each bill says (``congress.models.RecordedVote``).
"""
