# The server of `summ serve`; docs/serve.md says how to run it with a read-only file system.
FROM python:3.11-slim
WORKDIR /src
COPY . .
# The index of torch's CPU builds, which are gigabytes smaller; empty takes the default build.
ARG TORCH_INDEX=
RUN pip install --no-cache-dir ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "torch>=2.9,<2.14" \
 && pip install --no-cache-dir ".[serve,files]" && rm -rf /src/*
USER 65534:65534
ENV HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1 HOME=/nonexistent
EXPOSE 8000
ENTRYPOINT ["summ", "serve", "--host", "0.0.0.0"]
