# syntax=docker/dockerfile:1
# One recipe for every service: docker build -f docker/service.Dockerfile --build-arg APP=gateway .
ARG NODE=node:22.21.1-bookworm-slim

FROM ${NODE} AS sources
WORKDIR /lethe
COPY . .

# What the service needs to run, and nothing that builds or tests it.
FROM sources AS dependencies
ARG APP
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --workspace "apps/${APP}"

FROM sources AS build
ARG APP
ENV CI=true NX_DAEMON=false NX_TUI=false
RUN --mount=type=cache,target=/root/.npm npm ci
RUN npx nx run "@lethe/${APP}:build"

FROM ${NODE}
ARG APP
ENV NODE_ENV=production \
    HEALTH_URL=http://127.0.0.1:9000/readyz
COPY --from=dependencies /lethe/node_modules /lethe/node_modules
COPY --from=build /lethe/libs /lethe/libs
COPY --from=build /lethe/apps/${APP} /lethe/apps/${APP}
WORKDIR /lethe/apps/${APP}
# The sources and dependencies stay root's: a service that is broken into cannot rewrite itself.
USER node
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch(process.env.HEALTH_URL).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
