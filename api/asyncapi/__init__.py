"""Every way in and out for messages, as AsyncAPI 3.0 describes them."""
