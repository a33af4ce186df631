"""A bought lead on its way to a CRM: where, how known, when again, and what an answer means."""
