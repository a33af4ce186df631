"""leadbid: a buyer-side bidder for ping-post leads."""
