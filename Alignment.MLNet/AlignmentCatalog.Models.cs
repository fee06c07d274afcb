using System.Runtime.ExceptionServices;

namespace Alignment.MLNet;

/// <summary>Loading saved models.</summary>
public sealed partial class AlignmentCatalog
{
    /// <summary>
    /// As <c>ml.Model.Load</c>, but what a stage of ours has to say (its bundle moved, the file is of a newer version) comes as it was
    /// said. ML.NET calls stages by reflection and wraps their exceptions in one that says nothing.
    /// </summary>
    /// <exception cref="AlignmentException">A stage cannot be loaded; the message says why and what to do.</exception>
    public ITransformer LoadModel(string path, out DataViewSchema inputSchema)
    {
        try
        {
            return Context.Model.Load(path, out inputSchema);
        }
        catch (Exception e) when (Cause(e) is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }

    // Our own error, however deep ML.NET has wrapped it: once per chain the stage stands in.
    static AlignmentException? Cause(Exception? e)
    {
        while (e is not null and not AlignmentException) e = e.InnerException;
        return e as AlignmentException;
    }
}
