using Alignment.Runner.Cli;

namespace Alignment.Tests.Runner.Cli;

/// <summary>A terminal whose two streams a test can read.</summary>
static class TestTerminal
{
    public static (Terminal Terminal, StringWriter Output, StringWriter Errors) Make()
    {
        StringWriter output = new(), errors = new();
        return (Terminal.Of(output, errors), output, errors);
    }
}
