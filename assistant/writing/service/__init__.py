"""The ways to a language model: an OpenAI-compatible service over HTTP, a GGUF file that is served
to this process on the loopback, or any of LlamaIndex's integrations; and models to fetch.

HTTP is asked by our own client, not through LlamaIndex's `OpenAILike`: one time limit over all of
an answer's requests, letting go of a service the moment that somebody presses Stop, asking for a
stricter or looser form as it refuses one, and a key that never follows a redirect are promised
here, and none of the four is to be had there.
"""
