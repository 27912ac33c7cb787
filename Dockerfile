FROM python:3.11-slim-bookworm AS dependencies
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/hubwarden \
    && /opt/hubwarden/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
       --require-hashes --only-binary :all: -r /tmp/requirements.lock \
    && printf '%s\n' '#!/opt/hubwarden/bin/python' 'import sys' 'from bot.__main__ import main' 'sys.exit(main())' \
       > /opt/hubwarden/bin/hubwarden \
    && chmod 755 /opt/hubwarden/bin/hubwarden

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Hubwarden" \
      org.opencontainers.image.description="Run a Docker Hub organization from Slack: ask, approve, do it once, keep the record." \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 hubwarden \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin hubwarden \
    && install --directory --owner 10001 --group 10001 --mode 750 /data
COPY --from=dependencies /opt/hubwarden /opt/hubwarden
WORKDIR /app
# The star keeps the build going where migrations are configured in code only.
COPY LICENSE manifest.yml alembic.ini* ./
COPY migrations ./migrations
COPY bot ./bot
RUN python -m compileall -q bot
ENV PATH=/opt/hubwarden/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATABASE_URL=sqlite+aiosqlite:////data/hubwarden.sqlite \
    HEALTH_PORT=8080
USER 10001:10001
VOLUME /data
EXPOSE 8080
# http.client and not urllib: a proxy in the environment must not answer for us.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; link = http.client.HTTPConnection('127.0.0.1', int(os.environ['HEALTH_PORT']), timeout=4); link.request('GET', '/healthz'); sys.exit(link.getresponse().status != 200)"]
ENTRYPOINT ["hubwarden"]
CMD ["run"]
