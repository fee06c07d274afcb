using System.Runtime.CompilerServices;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet;

/// <summary>
/// The stages and jobs of Alignment, reached as <c>ml.Alignment</c> on an <see cref="MLContext"/>. Every method takes an optional
/// options record whose defaults are the product's; change single ones with <c>new() { … }</c>.
/// Each returns an estimator that appends to, and takes, stock ML.NET stages.
/// </summary>
public sealed partial class AlignmentCatalog
{
    static readonly ConditionalWeakTable<MLContext, AlignmentCatalog> s_catalogs = new();

    AlignmentCatalog(MLContext ml) => Context = ml;

    internal MLContext Context { get; }

    /// <summary>
    /// Lets <c>ml.Model.Load</c> read models that hold stages of Alignment. Touching <c>ml.Alignment</c> does it too;
    /// call this in a process that only loads and predicts.
    /// </summary>
    public static void Register(MLContext ml) => _ = For(ml);

    internal static AlignmentCatalog For(MLContext ml)
    {
        ArgumentNullException.ThrowIfNull(ml);
        return s_catalogs.GetValue(ml, static context =>
        {
            StageTable.Register(context);
            return new AlignmentCatalog(context);
        });
    }
}

/// <summary>Adds <c>ml.Alignment</c>.</summary>
public static class AlignmentCatalogExtensions
{
    extension(MLContext ml)
    {
        /// <summary>The stages of Alignment; the first use registers them with this context, so that models holding them can be
        /// loaded.</summary>
        public AlignmentCatalog Alignment => AlignmentCatalog.For(ml);
    }
}
