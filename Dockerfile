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
# One arena of malloc instead of one per thread: 15 MB less, and one thread does nearly all of the work. Its thresholds
# stay where they begin: else they rise with the largest block freed, and what is freed is kept, 6 MB with 10,000 resources.
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
# Small steps of the heap: less than half of the memory with 10,000 resources, at the same speed (docs/benchmarks.md).
# Signals reach the process itself: it ends in order within ten seconds.
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=4", "--optimize-for-size", "/app/main.js"]
