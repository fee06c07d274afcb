using System.Reflection;

namespace Alignment.MLNet.Storage;

// The program's version as files name it, without the build's commit: equal sources give equal manifests.
static class ToolVersion
{
    public static string Number { get; } =
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static string Name { get; } = "alignment " + Number;
}
