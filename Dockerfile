# syntax=docker/dockerfile:1

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# Registry and target folder are kept between builds; the program is copied out, since a cache is not part of a layer.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release --bin fluence \
    && install -D target/release/fluence /out/fluence

# Runs as a user that owns nothing. Certificate authorities are compiled in.
FROM debian:bookworm-slim
COPY --from=build /out/fluence /usr/local/bin/fluence
USER 65532:65532
ENV FLUENCE_LISTEN=0.0.0.0:8000
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 \
    CMD ["/usr/local/bin/fluence", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/fluence"]
CMD ["serve"]
