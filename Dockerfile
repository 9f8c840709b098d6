# The operator in an image without a shell. Another base needs Node 24 at /nodejs/bin/node, where distroless images have it
# (in others a link does), and glibc, or the settings of malloc below say nothing:
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
# One arena of malloc instead of one per thread: one thread does nearly all of the work. Each block from 8 KiB on is a
# mapping of its own, so that what a socket read goes back to the system and leaves no holes between what stays; 8,192
# mappings at the most, far from the 65,530 that the system allows. What each brings: docs/benchmarks.md.
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=8192 MALLOC_MMAP_MAX_=8192 MALLOC_TRIM_THRESHOLD_=65536 MALLOC_TOP_PAD_=0
# Small steps of the heap: less than half of the memory with 10,000 resources, at the same speed. Compilers for what runs
# for hours in one loop are not woken: the two others are enough for what waits for servers, and none for the HTTP parser.
# Signals reach the process itself: it ends in order within ten seconds.
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=4", "--optimize-for-size", "--no-turbofan", "--no-wasm-tier-up", "--no-wasm-dynamic-tiering", "/app/main.js"]
