"""Which services are measured, how they are started, and how much work a run is."""

#: What `bench --group` calls them; no group of workloads.
GROUP = "services"
#: The slug of a reader's own service, which is on no page.
MINE = "mine"
