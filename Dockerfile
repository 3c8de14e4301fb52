# The program on an empty base: no shell, no package manager. Needs neither BuildKit nor Dockerfile front ends.

FROM rust:1.95-slim-trixie AS build
WORKDIR /src
# The dependencies are a layer of their own, with stubs in place of the sources: a change of a source builds the program alone.
COPY Cargo.toml Cargo.lock ./
COPY crates/domain/Cargo.toml crates/domain/
COPY crates/people/Cargo.toml crates/people/
COPY crates/analysis/Cargo.toml crates/analysis/
COPY crates/closed-output/Cargo.toml crates/closed-output/
RUN for crate in . crates/*; do \
        mkdir -p "$crate/src" "$crate/benches" && touch "$crate/src/lib.rs" \
        && for bench in $(sed -n '/^\[\[bench\]\]/,/^name/s/^name = "\(.*\)"/\1/p' "$crate/Cargo.toml"); do \
            echo 'fn main() {}' >"$crate/benches/$bench.rs"; \
        done; \
    done \
    && echo 'fn main() {}' >src/main.rs \
    && cargo build --locked --release --bin fluence \
    && rm -r src benches crates
COPY . .
RUN touch src/lib.rs src/main.rs crates/*/src/lib.rs && cargo build --locked --release --bin fluence
# The files of the image. Line tables are three quarters of the program; without them a panic still names its function.
RUN mkdir -p /image/usr/local/bin \
    && strip --strip-debug -o /image/usr/local/bin/fluence target/release/fluence \
    && ldd target/release/fluence | grep -o '/[^ ]*' | while read -r library; do install -D "$library" "/image$library"; done

FROM scratch
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Fluence" \
      org.opencontainers.image.description="An HTTP gateway that sells calls by the credit" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /image /
# A user that owns no file. Certificate authorities are compiled in.
USER 65532:65532
# `kubectl exec` and `docker exec` find the program by its name.
ENV PATH=/usr/local/bin \
    FLUENCE_LISTEN=0.0.0.0:8000
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 \
    CMD ["/usr/local/bin/fluence", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/fluence"]
CMD ["serve"]
