"""Pure codecs between what platforms send over the wire and the values of `app.wire`."""
