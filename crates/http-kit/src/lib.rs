//! What both surfaces share: callers, the error envelope, pages of a list.
