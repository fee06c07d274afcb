// Fixtures that say they may (long ones that wait for other programs and share nothing) run two at a time; everything else runs alone.
[assembly: LevelOfParallelism(2)]
