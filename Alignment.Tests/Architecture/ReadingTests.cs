using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Alignment.Tests.Architecture;

/// <summary>The two readings see the ways in which C# uses a type. The uses are planted in this assembly: <see cref="Planted"/>.</summary>
public sealed class ReadingTests
{
    static readonly Lazy<CompiledProject> s_tests = new(() => new(typeof(ReadingTests).Assembly.Location));

    [TestCase(nameof(StringBuilder), "Append", "InLambda", TestName = "Lambda")]
    [TestCase(nameof(Rune), "get_Value", "InAsync", TestName = "AsyncBody")]
    [TestCase(nameof(UTF8Encoding), null, "GenericArgument", TestName = "GenericArgument")]
    [TestCase(nameof(DecoderFallbackException), null, "Caught", TestName = "CaughtException")]
    [TestCase(nameof(UnicodeEncoding), null, "Cast", TestName = "Cast")]
    [TestCase(nameof(CompositeFormat), "Parse", ".cctor", TestName = "FieldInitializer")]
    [TestCase(nameof(EncodingInfo), null, "its declaration", TestName = "FieldType")]
    [TestCase(nameof(Decoder), null, "Parameter", TestName = "ParameterType")]
    public void CompiledUses_HavePlantedOne(string type, string? member, string from) =>
        Assert.That(UsesOfPlanted().Select(u => (u.FromMember, u.Type, u.Member)), Does.Contain((from, type, member)));

    [TestCase(nameof(IFormatProvider), TestName = "Interface")]
    [TestCase("InlineArrayAttribute", TestName = "AttributeOfANestedType")]
    public void CompiledUses_HaveDeclaredOne(string type) => Assert.That(UsesOfPlanted().Select(u => u.Type), Does.Contain(type));

    [Test]
    public void CompiledTypes_KnowTheirSource() =>
        Assert.That(
            s_tests.Value.Types.Single(t => t.Name == nameof(Planted)).Sources, Is.EqualTo(new[] { ThisFile().Replace('\\', '/') }));

    [Test]
    public void SourceUsings_AllForms_AreArrows()
    {
        const string text = """
            using System.Text;
            using Alignment.MLNet.Dataset;
            using static Alignment.MLNet.Storage.Layout;
              global using Found = Alignment.MLNet.SceneDetection.FoundScene;
            using var file = Alignment.MLNet.Charts.Open();
            // using Alignment.MLNet.Audit;
            """;
        HashSet<string> spaces =
        [
            "Alignment", "Alignment.MLNet", "Alignment.MLNet.Dataset", "Alignment.MLNet.Storage", "Alignment.MLNet.SceneDetection",
            "Alignment.MLNet.Charts", "Alignment.MLNet.Audit",
        ];
        Assert.That(SourceUsings.Read("Alignment.MLNet/Reports", [("Page.cs", text)], spaces).Select(a => a.To),
            Is.EqualTo(new[] { "Alignment.MLNet/Dataset", "Alignment.MLNet/Storage", "Alignment.MLNet/SceneDetection" }));
    }

    [TestCase("onnx/Foundation", "Alignment")]
    [TestCase("onnx/Graph", "Alignment.Onnx.Graph")]
    [TestCase("Alignment.MLNet", "Alignment.MLNet")]
    [TestCase("Alignment.Transforms/Attention/Saliency", "Alignment.Transforms.Attention.Saliency")]
    public void FolderAndNamespace_AreOne(string folder, string space)
    {
        Assert.That(House.NamespaceOf(folder), Is.EqualTo(space));
        Assert.That(House.FolderOf(space), Is.EqualTo(folder));
    }

    static IEnumerable<CompiledUse> UsesOfPlanted() => s_tests.Value.Uses.Where(u => u.FromType == nameof(Planted));

    static string ThisFile([CallerFilePath] string path = "") => path;
}

abstract class Planted : IFormatProvider
{
    static readonly CompositeFormat s_format = CompositeFormat.Parse("{0}");
    readonly EncodingInfo[] _field = [];

    [InlineArray(2)]
    struct Pair { int _first; }

    public abstract object? GetFormat(Type? formatType);

    int Fields() => _field.Length + s_format.MinimumArgumentCount + new Pair()[0];

    static Action<StringBuilder> InLambda() => b => b.Append(1);

    static async Task<int> InAsync(Rune[] runes)
    {
        await Task.Yield();
        return runes[0].Value;
    }

    static int GenericArgument() => new List<UTF8Encoding>().Count;

    static bool Cast(object o) => o is UnicodeEncoding;

    protected abstract void Parameter(Decoder decoder);

    static int Caught()
    {
        try { return int.Parse("1", CultureInfo.InvariantCulture); }
        catch (DecoderFallbackException) { return 0; }
    }
}
