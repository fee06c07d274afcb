using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// The same UNet and ControlNet on the same weights in PyTorch (Debian's <c>python3-torch</c> and <c>libopenblas0</c>, which no part of the
/// product needs), in a process that runs one step whenever it is told to, so that both sides can take turns.
/// </summary>
sealed class TorchPeer : IDisposable
{
    readonly Process _process;
    readonly string _script, _inputs;

    TorchPeer(Process process, string script, string inputs, string output) =>
        (_process, _script, _inputs, Output) = (process, script, inputs, output);

    /// <summary>Where the prediction of the first step is, as float32.</summary>
    public string Output { get; }

    public sealed record Step(double Control, double Unet, double PeakGigabytes);

    /// <summary>Null where this machine has no PyTorch.</summary>
    public static TorchPeer? Start(string folder, float[] inputs, int side, int rounds, int threads, string work)
    {
        foreach (string python in new[] { "/usr/bin/python3", "python3" })
        {
            if (!Has(python)) continue;
            string script = Path.Combine(work, "peer.py"), given = Path.Combine(work, "peer.inputs"),
                output = Path.Combine(work, "peer.output");
            File.WriteAllText(script, Script);
            File.WriteAllBytes(given, System.Runtime.InteropServices.MemoryMarshal.AsBytes(inputs.AsSpan()).ToArray());
            var info = new ProcessStartInfo(python) { RedirectStandardInput = true, RedirectStandardOutput = true };
            foreach (string argument in (string[])[script, folder, given, Text(side), Text(rounds), output, Text(threads)])
                info.ArgumentList.Add(argument);
            var peer = new TorchPeer(Process.Start(info)!, script, given, output);
            peer._process.StandardOutput.ReadLine();
            return peer;
        }
        return null;
    }

    public Step Run()
    {
        _process.StandardInput.WriteLine("step");
        _process.StandardInput.Flush();
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("PyTorch's process ended.");
        using var read = JsonDocument.Parse(line);
        double Number(string name) => read.RootElement.GetProperty(name).GetDouble();
        return new(Number("control"), Number("unet"), Number("peak"));
    }

    static bool Has(string python)
    {
        try
        {
            using Process probe = Process.Start(new ProcessStartInfo(python)
            {
                ArgumentList = { "-c", "import torch, numpy" },
                RedirectStandardError = true
            })!;
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000)) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        foreach (string file in (string[])[_script, _inputs, Output]) File.Delete(file);
    }

    const string Script = """
        import json, math, resource, struct, sys, time
        import numpy as np, torch
        import torch.nn.functional as F

        def load(path):
            out = {}
            with open(path, "rb") as f:
                n = struct.unpack("<Q", f.read(8))[0]
                head = json.loads(f.read(n))
                for name, t in head.items():
                    if name == "__metadata__" or t["dtype"] != "F16": continue
                    a, b = t["data_offsets"]
                    f.seek(8 + n + a)
                    out[name] = torch.from_numpy(np.frombuffer(f.read(b - a), dtype=np.float16).astype(np.float32).reshape(t["shape"]))
            return out

        CH, HEADS, GROUPS = (320, 640, 1280, 1280), 8, 32

        def conv(w, n, x, stride=1, pad=1): return F.conv2d(x, w[n + ".weight"], w[n + ".bias"], stride, pad)
        def lin(w, n, x): return F.linear(x, w[n + ".weight"], w.get(n + ".bias"))
        def gn(w, n, x, eps=1e-5): return F.group_norm(x, GROUPS, w[n + ".weight"], w[n + ".bias"], eps)
        def ln(w, n, x): return F.layer_norm(x, x.shape[-1:], w[n + ".weight"], w[n + ".bias"], 1e-5)

        def time_embedding(w, t):
            f = torch.exp(-math.log(10000) * torch.arange(160, dtype=torch.float32) / 160)
            a = t[:, None] * f[None]
            e = torch.cat([a.cos(), a.sin()], 1)
            return F.silu(lin(w, "time_embedding.linear_2", F.silu(lin(w, "time_embedding.linear_1", e))))

        def resnet(w, n, x, e):
            h = conv(w, n + ".conv1", F.silu(gn(w, n + ".norm1", x)))
            h = h + lin(w, n + ".time_emb_proj", e)[:, :, None, None]
            h = conv(w, n + ".conv2", F.silu(gn(w, n + ".norm2", h)))
            return (conv(w, n + ".conv_shortcut", x, pad=0) if n + ".conv_shortcut.weight" in w else x) + h

        def attend(w, n, x, seen):
            b, q, c = x.shape
            heads = lambda y: y.view(b, -1, HEADS, c // HEADS).transpose(1, 2).reshape(b * HEADS, -1, c // HEADS)
            Q, K, V = heads(lin(w, n + ".to_q", x)), heads(lin(w, n + ".to_k", seen)), heads(lin(w, n + ".to_v", seen))
            s = torch.baddbmm(torch.empty(b * HEADS, q, K.shape[1]), Q, K.transpose(1, 2), beta=0, alpha=(c // HEADS) ** -0.5)
            h = torch.bmm(s.softmax(-1), V)
            return lin(w, n + ".to_out.0", h.view(b, HEADS, q, -1).transpose(1, 2).reshape(b, q, c))

        def transformer(w, n, x, text):
            b, c, H, W = x.shape
            h = conv(w, n + ".proj_in", gn(w, n + ".norm", x, 1e-6), pad=0).permute(0, 2, 3, 1).reshape(b, H * W, c)
            m = n + ".transformer_blocks.0"
            y = ln(w, m + ".norm1", h); h = attend(w, m + ".attn1", y, y) + h
            h = attend(w, m + ".attn2", ln(w, m + ".norm2", h), text) + h
            a, g = lin(w, m + ".ff.net.0.proj", ln(w, m + ".norm3", h)).chunk(2, -1)
            h = lin(w, m + ".ff.net.2", a * F.gelu(g)) + h
            return conv(w, n + ".proj_out", h.reshape(b, H, W, c).permute(0, 3, 1, 2), pad=0) + x

        def down(w, x, e, text):
            skips = [x]
            for l in range(4):
                for i in range(2):
                    x = resnet(w, f"down_blocks.{l}.resnets.{i}", x, e)
                    if l < 3: x = transformer(w, f"down_blocks.{l}.attentions.{i}", x, text)
                    skips.append(x)
                if l < 3:
                    x = conv(w, f"down_blocks.{l}.downsamplers.0.conv", x, stride=2); skips.append(x)
            x = resnet(w, "mid_block.resnets.0", x, e)
            x = transformer(w, "mid_block.attentions.0", x, text)
            return skips, resnet(w, "mid_block.resnets.1", x, e)

        def control_net(w, x, t, text, cond):
            e = time_embedding(w, t)
            p = "controlnet_cond_embedding."
            c = F.silu(conv(w, p + "conv_in", cond))
            for i in range(3):
                c = F.silu(conv(w, f"{p}blocks.{2 * i}", c))
                c = F.silu(conv(w, f"{p}blocks.{2 * i + 1}", c, stride=2))
            skips, mid = down(w, conv(w, "conv_in", x) + conv(w, p + "conv_out", c), e, text)
            residuals = [conv(w, f"controlnet_down_blocks.{i}", s, pad=0) for i, s in enumerate(skips)]
            return residuals, conv(w, "controlnet_mid_block", mid, pad=0)

        def unet(w, x, t, text, residuals, middle):
            e = time_embedding(w, t)
            skips, x = down(w, conv(w, "conv_in", x), e, text)
            skips = [s + r for s, r in zip(skips, residuals)]
            x = x + middle
            for i in range(4):
                for j in range(3):
                    x = resnet(w, f"up_blocks.{i}.resnets.{j}", torch.cat([x, skips.pop()], 1), e)
                    if i > 0: x = transformer(w, f"up_blocks.{i}.attentions.{j}", x, text)
                if i < 3: x = conv(w, f"up_blocks.{i}.upsamplers.0.conv", F.interpolate(x, scale_factor=2.0, mode="nearest"))
            return conv(w, "conv_out", F.silu(gn(w, "conv_norm_out", x)))

        folder, inputs, out = sys.argv[1], sys.argv[2], sys.argv[5]
        side, rounds, threads = (int(sys.argv[i]) for i in (3, 4, 6))
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        l = side // 8
        values = torch.from_numpy(np.fromfile(inputs, dtype=np.float32))
        sizes = [("sample", (2, 4, l, l)), ("text", (2, 77, 768)), ("control", (2, 2, side, side)), ("timestep", (2,))]
        given, at = {}, 0
        for name, shape in sizes:
            n = int(np.prod(shape)); given[name] = values[at:at + n].reshape(shape).clone(); at += n
        start = time.time()
        U, C = (load(f"{folder}/{m}/diffusion_pytorch_model.fp16.safetensors") for m in ("unet", "controlnet"))
        print(json.dumps({"load": time.time() - start}), flush=True)
        for r in range(rounds + 1):
            if sys.stdin.readline() == "": break
            a = time.time()
            residuals, middle = control_net(C, given["sample"], given["timestep"], given["text"], given["control"])
            b = time.time()
            y = unet(U, given["sample"], given["timestep"], given["text"], residuals, middle)
            c = time.time()
            if r == 0: y.numpy().tofile(out)
            print(json.dumps({"control": b - a, "unet": c - b,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}), flush=True)
        """;
}
