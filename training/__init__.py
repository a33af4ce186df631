"""What turns a history of bids, sales and outcomes into the models that price the next ping."""
