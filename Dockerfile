# One image for every role: `up` (default), `gateway`, `worker`, and all other commands.
#
#   docker build -t proffer .                              with the embedded ClickHouse (chDB, 548 MB)
#   docker build -t proffer --build-arg HISTORY=server .   without: workers need CLICKHOUSE_URL

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The compiler is one of the optional packages; what the service needs comes from the next stage.
RUN npm ci
COPY tsconfig.json ./
COPY src ./src
RUN node src/setup/build.mjs

FROM node:20-bookworm-slim AS packages
ARG HISTORY=embedded
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN if [ "$HISTORY" = server ]; then npm ci --omit=dev --omit=optional; else npm ci --omit=dev; fi \
 && find node_modules/uWebSockets.js -name 'uws_*.node' ! -name 'uws_linux_*' -delete

FROM node:20-bookworm-slim
# redis-server is for `up` only; tini passes signals on and buries what is left of child processes.
RUN apt-get update \
 && apt-get install -y --no-install-recommends redis-server tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/proffer --create-home proffer
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY lua ./lua
COPY schemas ./schemas
COPY examples ./examples
ENV NODE_ENV=production \
    PROFFER_HOST=0.0.0.0 \
    PROFFER_DATA_DIR=/var/lib/proffer
# Private Redis, embedded history and keys of `up`; the spool of a worker. Gateways keep nothing.
VOLUME /var/lib/proffer
USER proffer
# API, analysts (embedded history only), and status of a worker where PROFFER_WORKER_PORT says so.
EXPOSE 8080 8123 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "const { PROFFER_WORKER_PORT: w, PROFFER_PORT: p } = process.env; fetch(`http://127.0.0.1:${w || p || 8080}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "/app/dist/main.js"]
CMD ["up"]
