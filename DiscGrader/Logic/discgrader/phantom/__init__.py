"""The digital lumbar spine: pictures whose truth is known."""
