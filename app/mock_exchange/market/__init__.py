"""The market: sellers who hold auctions over HTTP, and the buyers who rival ours."""
