# The server of `summ serve`; docs/serve.md says how to run it with a read-only file system.
FROM python:3.11-slim
WORKDIR /src
COPY . .
RUN pip install --no-cache-dir --index-url https://download.pytorch.org/whl/cpu "torch>=2.9,<2.14" \
 && pip install --no-cache-dir ".[serve,files]" && rm -rf /src/*
USER 65534:65534
ENV HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1 HOME=/nonexistent
EXPOSE 8000
ENTRYPOINT ["summ", "serve", "--host", "0.0.0.0"]
