using System.Reflection;
using Alignment.MLNet;
using Alignment.MLNet.Gaze;
using Alignment.MLNet.Masks;
using Alignment.MLNet.Pipelines;
using Alignment.MLNet.Reports;
using Alignment.MLNet.Training;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Diffusion.Compositing;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Images;
using Alignment.Transforms.Masks;
using Alignment.Transforms.Stages;

namespace Alignment.Tests.Architecture;

/// <summary>
/// No class of Alignment.MLNet computes a scene column except through a stage. The test knows it by calls: the functions that compute
/// columns are the methods of the computing rooms of Alignment.Transforms, and the static methods of its stages, that take or return
/// pixels; the compiled code of Alignment.MLNet calls none of them. A new function of those rooms is covered the day it is written.
/// Arithmetic on pixels that Alignment.MLNet does itself, calling nothing, would not be seen.
/// </summary>
public sealed class SceneColumnTests
{
    static readonly string[] s_computingRooms = ["Attention", "Masks", "Diffusion", "Images.Quality"];

    /// <summary>Callers whose pixels are no scene column.</summary>
    static readonly Dictionary<Type, string> s_otherWork = new()
    {
        [typeof(BatchEncoder)] = "Draws the noise, times and latents of a training batch; its scenes come from the stages.",
        [typeof(MaskStatistics)] = "Counts parts of a mask that is written, for the report on masks.",
        [typeof(SmallPictures)] = "Shows written maps on a page.",
        [typeof(AttentionSheets)] = "Shows written maps on a sheet.",
        [typeof(SceneSheets)] = "Shows written maps on a sheet.",
    };

    [Test]
    public void MLNet_ComputesColumnsOnlyThroughStages()
    {
        var functions = ColumnFunctions();
        var project = new CompiledProject(typeof(AlignmentCatalog).Assembly.Location);
        var calls = (
            from use in project.Uses
            where use.Member is not null && functions.Contains((use.Namespace, use.Type, use.Member))
            select (Caller: $"{use.FromNamespace}.{use.FromType}", Function: $"{use.Type}.{use.Member}")).Distinct().ToArray();
        var callers = calls.Select(c => c.Caller).ToHashSet();
        string[] excepted = [.. s_otherWork.Keys.Select(t => t.FullName!)];

        using (Assert.EnterMultipleScope())
        {
            var more = calls.Where(c => !excepted.Contains(c.Caller)).Select(c => $"{c.Caller} calls {c.Function}.");
            Assert.That(string.Join('\n', more), Is.Empty, "Take the value from a stage of Alignment.Transforms.");
            Assert.That(excepted.Except(callers), Is.Empty, "These compute nothing any more: remove them from the test's lists.");
        }
    }

    /// <summary>The list of functions is derived; these are known to belong to it, and these not.</summary>
    [TestCase($"{nameof(MapFile)}.{nameof(MapFile.Read)}", true)]
    [TestCase($"{nameof(AttentionChange)}.{nameof(AttentionChange.Apply)}", true)]
    [TestCase($"{nameof(PlaceboRegion)}.{nameof(PlaceboRegion.Find)}", true)]
    [TestCase($"{nameof(PlaceboChange)}.{nameof(PlaceboChange.Apply)}", true)]
    [TestCase($"{nameof(NormalizeHeatmapTransformer)}.{nameof(NormalizeHeatmapTransformer.Normalize)}", true)]
    [TestCase($"{nameof(BinarizeMaskTransformer)}.{nameof(BinarizeMaskTransformer.Binarize)}", true)]
    [TestCase($"{nameof(AttentionScore)}.{nameof(AttentionScore.Of)}", true)]
    [TestCase($"{nameof(AttentionPredictor)}.{nameof(AttentionPredictor.Predict)}", true)]
    [TestCase($"{nameof(DiffusionEditor)}.{nameof(DiffusionEditor.Edit)}", true)]
    [TestCase($"{nameof(Compositor)}.{nameof(Compositor.Composite)}", true)]
    [TestCase($"{nameof(KeywordMasker)}.{nameof(KeywordMasker.Make)}", true)]
    [TestCase($"{nameof(TemporalWindows)}.{nameof(TemporalWindows.Of)}", false)]
    [TestCase($"{nameof(EditOptions)}.{nameof(EditOptions.PromptFor)}", false)]
    [TestCase($"{nameof(PngWriter)}.{nameof(PngWriter.Grey8)}", false)]
    public void ColumnFunctions_AreThoseOnPixels(string function, bool computes) =>
        Assert.That(ColumnFunctions().Any(f => $"{f.Type}.{f.Member}" == function), Is.EqualTo(computes));

    static HashSet<(string Namespace, string Type, string Member)> ColumnFunctions()
    {
        const BindingFlags all =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var computing =
            from type in typeof(SceneColumns).Assembly.GetTypes()
            let isStage = type.Namespace == typeof(SceneColumns).Namespace
            where isStage || type == typeof(MapFile)
                || s_computingRooms.Any(r => $"{type.Namespace}.".StartsWith($"Alignment.Transforms.{r}.", StringComparison.Ordinal))
            from method in type.GetMethods(all)
            where (!isStage || method.IsStatic) && !method.IsSpecialName
            where method.GetParameters().Select(p => p.ParameterType).Append(method.ReturnType).Any(IsPixels)
            select (type.Namespace!, Outermost(type), method.Name);
        return [.. computing];
    }

    /// <summary>Arrays, spans and memory of float or byte, pictures, and whatever is generic over one of these.</summary>
    static bool IsPixels(Type type)
    {
        if (type.HasElementType) return type.GetElementType() is { } element && (IsNumber(element) || IsPixels(element));
        if (type.Namespace == typeof(RgbPicture).Namespace) return type.Name.EndsWith("Picture", StringComparison.Ordinal);
        if (!type.IsGenericType) return false;
        Type[] arguments = type.GetGenericArguments();
        return arguments.Any(IsPixels)
            || (type.Name is "Span`1" or "ReadOnlySpan`1" or "Memory`1" or "ReadOnlyMemory`1" && IsNumber(arguments[0]));
    }

    static bool IsNumber(Type type) => type == typeof(float) || type == typeof(byte);

    static string Outermost(Type type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type.Name.Split('`')[0];
    }
}
