"""Parts that pages are made of. They draw what the live state holds, and decide nothing."""
