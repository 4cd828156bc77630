"""The `bench` domain of the site: tables, charts and numbers from stored runs."""
