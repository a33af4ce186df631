"""When a consumer may be called, by the law of where he is: the stricter of his ZIP's place and his area code's."""
