"""Five policies on sources whose truth is known: what each finds, when, and at what cost."""
