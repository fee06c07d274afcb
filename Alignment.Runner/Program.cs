using System.CommandLine;

return new RootCommand("Tests whether where and when viewers look at a product changes what a video ad achieves.").Parse(args).Invoke();
