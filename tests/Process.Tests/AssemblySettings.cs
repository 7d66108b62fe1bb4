// One test with real processes at a time: they are about time and want the machine for themselves.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
