"""A Faust app as a process: answers each record of `asks` on `notifications`. Its settings are in the environment."""

import os

import faust

from services.runtime.kafka import KafkaSettings


def main() -> None:
    """Run until somebody stops it."""
    settings = KafkaSettings.from_environment(os.environ)
    app = faust.App(
        settings.group("echo"),
        **settings.for_faust(),
        key_serializer="raw",
        value_serializer="raw",
        topic_disable_leader=True,
        web_enabled=False,
    )
    asks, answers = app.topic(settings.topic("asks")), app.topic(settings.topic("notifications"))

    @app.agent(asks)
    async def echo(stream: faust.StreamT[bytes]) -> None:
        async for value in stream:
            await (await answers.send(value=value + b", says faust", partition=0))

    faust.Worker(app, loglevel="WARN").execute_from_commandline()


if __name__ == "__main__":
    main()
