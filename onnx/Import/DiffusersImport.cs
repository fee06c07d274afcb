using System.Runtime.ExceptionServices;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Import;

/// <summary>Imports a diffusers folder of the Stable Diffusion 1.x family.</summary>
public static class DiffusersImport
{
    const string Untrained = "The ControlNet is new: the UNet's encoder behind convolutions that are zero. "
        + "Until it is trained, attention maps change nothing in the pictures.";

    // Models written in parallel: the UNet is as large as all others, and two saturate a disk.
    const int SideBySide = 2;

    /// <summary>
    /// The bundle in <paramref name="to"/> appears complete or not at all. Weights are streamed, so memory does not grow with the model.
    /// </summary>
    /// <exception cref="BadDataException">The folder is incomplete or of another architecture, tensors are missing or left over (all
    /// named), or a number is beyond the precision.</exception>
    /// <exception cref="MissingDependencyException">The folder <paramref name="from"/> does not exist.</exception>
    /// <exception cref="UsageException">The target is taken.</exception>
    public static ModelBundle Run(string from, string to, DiffusersImportOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= DiffusersImportOptions.Default;
        DiffusersFolder source = DiffusersFolder.Read(from, options);
        TokenizerFacts tokenizer = TokenizerFiles.Read(source.PartPath("tokenizer")) with { Length = source.Text.Tokens };
        if (tokenizer.VocabularySize > source.Text.VocabularySize)
            throw BadDataException.For($"The model folder '{source.Path}'", $"a tokenizer of {tokenizer.VocabularySize} tokens",
                $"at most the text encoder's {source.Text.VocabularySize}", "The parts belong to different models.");
        (SchedulerFacts scheduler, string prediction) = DiffusersConfigs.Scheduler(source.SchedulerPath);

        var known = new Dictionary<string, BundleFile>();
        return BundleWriter.Write(to, options.Force, folder =>
        {
            Dictionary<string, long> parameters = SaveModels(source, options, folder, known, progress, cancellationToken);
            new BundleConfigs { Text = source.Text, UNet = source.UNet, Vae = source.Vae, ControlNet = source.ControlNet }.Write(folder);
            CopyDocuments(source, folder);
            return new()
            {
                ImageMultiple = source.Vae.ImageToLatent,   // our graphs take latents of any size, odd ones too
                LatentChannels = source.Vae.LatentChannels,
                ScalingFactor = Shortest(source.Vae.ScalingFactor),
                VaeFactor = source.Vae.ImageToLatent,
                PredictionType = prediction,
                ControlChannels = source.ControlNet.ConditioningChannels,
                ControlResiduals = source.ControlNet.SkipCount,
                TextWidth = source.Text.HiddenSize,
                Precision = options.Precision == ModelPrecision.Float32 ? null : options.Precision.Text,
                Scheduler = scheduler,
                Tokenizer = tokenizer,
                Parameters = parameters,
                License = options.License ?? ModelCard.License(source.Path) ?? "unknown",
                Origin = options.Origin ?? $"diffusers folder '{Path.GetFileName(source.Path)}'",
                ControlTrained = source.ControlNetPath is null ? false : null,
                Note = source.ControlNetPath is null ? Untrained : "",
            };
        }, progress, cancellationToken, known);
    }

    static Dictionary<string, long> SaveModels(
        DiffusersFolder source, DiffusersImportOptions options, string folder, Dictionary<string, BundleFile> known,
        IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        using OpenWeights text = WeightFiles.Open(source.PartPath("text_encoder")), vae = WeightFiles.Open(source.PartPath("vae"));
        using OpenWeights unet = WeightFiles.Open(source.PartPath("unet"));
        using OpenWeights? control = source.ControlNetPath is null ? null : WeightFiles.Open(source.ControlNetPath);
        IWeights controlNet = control?.Weights ?? ControlNet.FromUNet(unet.Weights, source.ControlNet, new() { Seed = options.Seed });
        (string File, OnnxModel Model)[] models =
        [
            (BundleFiles.TextEncoder, ClipTextModel.Author(source.Text, text.Weights, options.Precision)),
            (BundleFiles.VaeEncoder, AutoencoderKL.AuthorEncoder(source.Vae, vae.Weights, options.Precision)),
            (BundleFiles.VaeDecoder, AutoencoderKL.AuthorDecoder(source.Vae, vae.Weights, options.Precision)),
            (BundleFiles.Unet, UNet2DCondition.Author(source.UNet, unet.Weights, options.Precision)),
            (BundleFiles.ControlNet, ControlNet.Author(source.ControlNet, controlNet, options.Precision)),
        ];
        var gate = new Lock();
        var save = new SaveOptions
        {
            Wrote = file =>
            {
                lock (gate) known.Add(Path.GetRelativePath(folder, file.Path), new(file.Bytes, file.Sha256));
            },
        };
        var sum = new SummedProgress(progress, models.Sum(m => m.Model.WeightBytes));
        try
        {
            // The largest first, in parallel with the others.
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellationToken };
            Parallel.ForEach(models.OrderByDescending(m => m.Model.WeightBytes), parallel,
                m => m.Model.Save(Path.Combine(folder, m.File), save, sum.Part(m.File), cancellationToken));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        return models.ToDictionary(m => m.File, m => m.Model.Graph.WeightInfos().Sum(w => w.Count));
    }

    // The licence must travel with the weights.
    static void CopyDocuments(DiffusersFolder source, string folder)
    {
        TokenizerFiles.Copy(source.PartPath("tokenizer"), Path.Combine(folder, "tokenizer"));
        foreach (string file in (string[])["LICENSE", "LICENSE.md", "LICENSE.txt"])
            if (Path.Combine(source.Path, file) is var path && File.Exists(path))
                AtomicFile.WriteBytes(Path.Combine(folder, file), StrictJson.ReadBytes(path, ModelCard.MaxBytes));
    }

    // 0.18215f as 0.18215, not as 0.18215000629425049.
    static double Shortest(float x) => double.Parse(x.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
