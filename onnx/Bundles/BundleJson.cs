using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using Alignment.Onnx.Graph;

namespace Alignment.Onnx.Bundles;

/// <summary><c>bundle.json</c>: read strictly; equal manifests give equal bytes.</summary>
static class BundleJson
{
    static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        // A newer version's extra fields are no error; a newer format number is.
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    public static BundleManifest Read(string path)
    {
        var manifest = StrictJson.ReadFile(path, root => root.Deserialize<BundleManifest>(s_options) ?? throw new JsonException("null"));
        string subject = $"The manifest '{path}'";
        if (manifest.Format > BundleManifest.CurrentFormat)
            throw BadDataException.For(subject, $"format {manifest.Format}", $"at most {BundleManifest.CurrentFormat}",
                "It was made by a newer version of this program: update, or import the model again.");
        Check(subject, manifest);
        return manifest;
    }

    public static string Write(BundleManifest manifest) => JsonSerializer.Serialize(Sorted(manifest), s_options) + "\n";

    /// <summary>
    /// The model's identity: SHA-256 over its files' hashes and every field that changes results, so without licence, origin, note and
    /// files that no edit reads.
    /// </summary>
    public static string Hash(BundleManifest manifest)
    {
        string identity = Write(manifest with
        {
            License = "",
            Origin = "",
            Note = "",
            Files = manifest.Files.Where(f => BundleFiles.ChangesPictures(f.Key)).ToDictionary(),
            Parameters = manifest.Parameters.Where(p => BundleFiles.ChangesPictures(p.Key)).ToDictionary(),
        });
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)));
    }

    static BundleManifest Sorted(BundleManifest m) => m with
    {
        Parameters = new SortedDictionary<string, long>(m.Parameters.ToDictionary(), StringComparer.Ordinal),
        Files = new SortedDictionary<string, BundleFile>(m.Files.ToDictionary(), StringComparer.Ordinal),
    };

    static void Check(string subject, BundleManifest m)
    {
        Range("format", m.Format, 1, BundleManifest.CurrentFormat);
        Range("imageMultiple", m.ImageMultiple, 1, 4096);
        Range("latentChannels", m.LatentChannels, 1, 256);
        Range("vaeFactor", m.VaeFactor, 1, 256);
        Range("controlChannels", m.ControlChannels, 1, 1024);
        Range("controlResiduals", m.ControlResiduals, 1, 1024);
        Range("textWidth", m.TextWidth, 1, 1 << 20);
        Range("scalingFactor", m.ScalingFactor, 1e-6, 1e6);
        Range("scheduler.trainTimesteps", m.Scheduler.TrainTimesteps, 1, 1_000_000);
        Range("scheduler.betaStart", m.Scheduler.BetaStart, 1e-12, 1);
        Range("scheduler.betaEnd", m.Scheduler.BetaEnd, m.Scheduler.BetaStart, 1);
        Range("scheduler.stepsOffset", m.Scheduler.StepsOffset, 0, m.Scheduler.TrainTimesteps - 1);
        OneOf("scheduler.betaSchedule", m.Scheduler.BetaSchedule, "scaled_linear", "linear");
        OneOf("scheduler.timestepSpacing", m.Scheduler.TimestepSpacing ?? "leading", "leading", "trailing", "linspace");
        OneOf("predictionType", m.PredictionType, "epsilon", "v_prediction", "sample");
        OneOf("precision", m.Precision ?? ModelPrecision.Float32.Text, ModelPrecision.Float32.Text, ModelPrecision.Float16.Text);
        OneOf("family", m.Family, "sd15");
        Range("tokenizer.vocabularySize", m.Tokenizer.VocabularySize, 1, TokenizerFiles.MaxEntries);
        Range("tokenizer.length", m.Tokenizer.Length, 3, 4096);
        foreach (int id in (int[])[m.Tokenizer.StartId, m.Tokenizer.EndId, m.Tokenizer.PadId])
            Range("tokenizer's special id", id, 0, m.Tokenizer.VocabularySize - 1);
        foreach ((string file, BundleFile facts) in m.Files)
        {
            Range($"size of '{SafePath.Shorten(file)}'", facts.Bytes, 0, long.MaxValue);
            if (facts.Sha256.Length != 64 || !facts.Sha256.All(char.IsAsciiHexDigitLower))
                throw Bad($"the hash of '{SafePath.Shorten(file)}' as '{SafePath.Shorten(facts.Sha256)}'",
                    "64 lower-case hexadecimal digits");
        }

        void Range(string field, double value, double least, double most)
        {
            // Written so that NaN fails too.
            if (!(value >= least && value <= most)) throw Bad($"{field} = {Text(value)}", $"{Text(least)} to {Text(most)}");
        }

        void OneOf(string field, string value, params string[] known)
        {
            if (!known.Contains(value)) throw Bad($"{field} = '{SafePath.Shorten(value)}'", string.Join(" or ", known));
        }

        BadDataException Bad(string found, string expected) =>
            BadDataException.For(subject, found, expected, "Correct it, or import the model again.");
    }

    static string Text(double n) => n.ToString(CultureInfo.InvariantCulture);
}
