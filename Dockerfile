# The service on its own: no compiler, no training tools, no root. What its commands read comes with the package.
FROM python:3.13.7-slim-bookworm

COPY . /tmp/leadbid
RUN pip install --no-cache-dir --constraint /tmp/leadbid/constraints.txt '/tmp/leadbid[postgres]' && rm -r /tmp/leadbid

WORKDIR /srv/leadbid
RUN useradd --system --uid 10001 --no-create-home --home-dir /srv/leadbid leadbid \
    && install --directory --owner leadbid --mode 0700 data keys

# Nothing is written beside the data directory and /tmp: the root may be read-only.
ENV PYTHONDONTWRITEBYTECODE=1 MPLCONFIGDIR=/tmp
# By number, so that Kubernetes sees that it is not root.
USER 10001
VOLUME /srv/leadbid/data
EXPOSE 8000

HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]

# A list, not a line: the service itself then receives SIGTERM and finishes what it has begun.
ENTRYPOINT ["leadbid"]
# The demo's configuration. Yours: mount it and say serve --config buyer.toml --host 0.0.0.0
CMD ["serve", "--demo", "--data", "data", "--host", "0.0.0.0", "--port", "8000"]
