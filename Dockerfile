# The operator in an image without a shell. Any Node 24 image that runs as a number other than 0 will do as base:
#   docker build --build-arg BASE=gcr.io/distroless/nodejs24-debian12:nonroot -t es-steward .
ARG BUILDER=node:24-bookworm-slim
ARG BASE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${BUILDER} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM ${BASE}
WORKDIR /app
COPY --from=build /src/dist/ /src/LICENSE ./
USER 65532:65532
# Metrics; probes.
EXPOSE 8080 8081
# Signals reach the process itself: it ends in order within ten seconds.
ENTRYPOINT ["/nodejs/bin/node", "--enable-source-maps", "/app/main.js"]
