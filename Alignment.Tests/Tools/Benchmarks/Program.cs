using Alignment.Tests.MLNet.Pipelines;
using Alignment.Tests.MLNet.Training;
using Alignment.Tests.Onnx.Gradients;
using Alignment.Tests.Onnx.Import;
using Alignment.Tests.Transforms.Contract;
using BenchmarkDotNet.Running;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>The benchmarks beside the tests: <c>dotnet run -c Release --project Alignment.Tests -- WHAT</c>; without WHAT it says what
/// there is.</summary>
static class Program
{
    const string FullSizeImport = "full-size-import";

    const string Usage = $"""
        Usage: dotnet run -c Release --project Alignment.Tests -- WHAT

          {QuickBench.Switch}
                                                            all of the following but the last five, in less than five minutes; writes
                                                            artifacts/bench.md
          {LoopOverhead.Switch} [BUNDLE] [SIDE] [ROUNDS]          a 50-step edit ÷ the same ONNX Runtime runs alone
          {PresenceTable.Switch} [SHEET]
                                                            how attention follows the product's presence in drawn stills, and their speed
          {HeldOut.Switch} BUNDLE OUT [scenes] [seeds] [size] [strength|-] [guidance|-] [steps] [scene-seed]
                                                            whether the control moves attention in scenes that no training has seen:
                                                            table, JSON, CSV, pictures
          {SchedulerStudy.Switch} [BUNDLE] [SCENES] [strength|-] [guidance|-] [SAMPLERS]
                                                            how far each sampler with 10 to 50 steps ends from DDIM with 999
          {EditSavings.Switch} [BUNDLE] [SIDE] [SCENES]           what leaving out evaluations saves, and how far it moves the picture
          {EditBatches.Switch} [BUNDLE] [SIDE] [ROUNDS]          edits a second of batches of 1 to 8, and whether they are the same bits
          {EditOverlap.Switch} [ROUNDS] [BATCH]                the demo's 54 edits with and without overlap of codecs and denoising
          {ManyEdits.Switch} [EDITS] [SIDE]                   memory over many small edits in one run
          {BlendStudy.Switch} [SCENES] [SIDE] [PNG]
                                                            what latent blending, dilation and feathering do to seam, likeness and effect
          {GradientFormulations.Switch} [ROUNDS] [PART]           what each operator's forward and backward pass cost
          {TrainingStep.Switch} small|30m [ROUNDS] [recompute]   one training step of a ControlNet, phase by phase, as lines of JSON
          {PrepareSpeed.Switch} [SCENES] [MEMORY]
                                                            from files to the variants' heatmaps and controls, beside the codecs alone and
                                                            NumPy with OpenCV; 1,000 scenes, memory up to 20,000
          {PrepareParts.Switch} [SCENES]                          the same, step by step
          {SceneCutsBench.Switch} [VIDEO] [ROUNDS]                        frames a second of finding scenes against ffmpeg decoding alone
          {FullSizeImport}
                                                            imports a model of Stable Diffusion 1.5's size: 7 GB of temporary space, needs
                                                            the reference material
          {ImportSpeed.Switch} [WORK] [--rounds 3]
                                                            the same to float16 and to float32 beside plain copies, with private memory:
                                                            20 GB of temporary space
          {FullSizeEdit.Switch} [WORK] [--side 512] [--rounds 3] [--no-prepack] [--mapped] [--bundle DIR] [--profile] [--alone] [--split]
                                                            a denoising step at that size beside PyTorch's, and its operators: 10 GB of
                                                            temporary space
          {FullSizeTrain.Switch} [--side 256] [--losses LIST] [--steps 2] [--recompute] [--prepack] [--plain-layout] [--frozen DIR]
                                                            one training step at that size: 4 GB of temporary space, 16 GB of memory
          {EngagementRowsBench.Switch} [ROWS] [ROUNDS] [VIDEOS]
                                                            the analysis of so many engagement rows beside pandas and SciPy doing its
                                                            t-tests; 10,000,000 rows
          {GazeRows.Switch} [ROWS] [VIDEOS] [SCENES]
                                                            heatmaps from a gaze file of so many rows: rows/s, memory, the ratio to
                                                            reading the file alone
          {TrainTiny.Switch} WORK BUNDLE [KEPT STAGES]
                                                            trains the bundled tiny model from scratch; states in WORK, so that a stopped
                                                            run continues
          {MasksHeldOut.Switch} BUNDLE OUT [scenes] [seed]
                                                            keyword masks of scenes that no training has seen: IoU and area, by product
                                                            and by size, and pictures
          {AuditScale.Switch} copies|different|alike SCENES      time, memory and page of an audit of so many small scenes
          {ReportScale.Switch} [SCENES …]
                                                            time, memory and files of dose and report over so many small scenes; 200 and
                                                            2,000
          {MaskRuntimes.Switch} [ROUNDS]
                                                            CLIPSeg through ML.NET's OnnxTransformer and through our session, tiny and at
                                                            full size
          --filter PATTERN                                 BenchmarkDotNet's own switches, e.g. --filter *ValidateBenchmark*, --list flat
        """;

    static int Main(string[] args)
    {
        switch (args)
        {
            case [QuickBench.Switch]: return QuickBench.Run();
            case [LoopOverhead.Switch, .. var rest]: return LoopOverhead.Run(rest);
            case [PresenceTable.Switch, .. var rest]: return PresenceTable.Run(rest);
            case [HeldOut.Switch, .. var rest]: return HeldOut.Run(rest);
            case [EditSavings.Switch, .. var rest]: return EditSavings.Run(rest);
            case [EditBatches.Switch, .. var rest]: return EditBatches.Run(rest);
            case [EditOverlap.Switch, .. var rest]: return EditOverlap.Run(rest);
            case [ManyEdits.Switch, .. var rest]: return ManyEdits.Run(rest);
            case [BlendStudy.Switch, .. var rest]: return BlendStudy.Run(rest);
            case [SchedulerStudy.Switch, .. var rest]: return SchedulerStudy.Run(rest);
            case [GradientFormulations.Switch, .. var rest]: return GradientFormulations.Run(rest);
            case [TrainingStep.Switch, .. var rest]: return TrainingStep.Run(rest);
            case [EngagementRowsBench.Switch, .. var rest]: return EngagementRowsBench.Run(rest);
            case [EngagementRowsBench.OneSwitch, var csv, var output, var threads]: return EngagementRowsBench.Once(csv, output, threads);
            case [GazeRows.Switch, .. var rest]: return GazeRows.Run(rest);
            case [PrepareSpeed.Switch, .. var rest]: return PrepareSpeed.Run(rest);
            case [PrepareParts.Switch, .. var rest]: return PrepareParts.Run(rest);
            case [SceneCutsBench.Switch, .. var rest]: return SceneCutsBench.Run(rest);
            case [PeakOfGradients.Switch, var how]: return PeakOfGradients.Run(how);
            case [TrainTiny.Switch, .. var rest]: return TrainTiny.Run(rest);
            case [MasksHeldOut.Switch, var bundle, var output, .. var rest]:
                return MasksHeldOut.Run(bundle, output, rest.FirstOrDefault(),
                rest.ElementAtOrDefault(1));
            case [AuditScale.Switch, var kind, var scenes]: return AuditScale.Run(kind, scenes);
            case [ReportScale.Switch, .. var rest]: return ReportScale.Run(rest);
            case [ReportScale.OneSwitch, var count, var step, var run]: return ReportScale.Once(count, step, run);
            case [MaskRuntimes.Switch, .. var rest]: return MaskRuntimes.Run(rest.FirstOrDefault());
            case [FullSizeImport]: new FullSizeImportTests().Run_Sd15InHalfPrecision_MemoryStaysFlat(); return 0;
            case [ImportSpeed.Switch, .. var rest]: return ImportSpeed.Run(rest);
            case [FullSizeEdit.Switch, .. var rest]: return FullSizeEdit.Run(rest);
            case [FullSizeTrain.Switch, .. var rest]: return FullSizeTrain.Run(rest);
            case [OtherProcess.Switch, var folder]: OtherProcess.Apply(folder); return 0;
            case [RunInOtherProcess.Switch, var data, var output]: RunInOtherProcess.Run(data, output); return 0;
            case [RunInOtherProcess.ChainSwitch, var data, var saved, var output]: RunInOtherProcess.Write(data, saved, output); return 0;
            case [TrainInOtherProcess.Switch, var data, var output]:
                TrainInOtherProcess.Run(data, output,
                new LedProcess.Parent()); return 0;
            case [['-', ..], ..]: return BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args).Any() ? 0 : 2;
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }
}
