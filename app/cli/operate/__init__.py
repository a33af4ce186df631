"""Commands that change what a running bidder does, or tell it something."""
