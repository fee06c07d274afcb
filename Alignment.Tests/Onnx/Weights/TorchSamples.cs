using System.Buffers.Binary;

namespace Alignment.Tests.Onnx.Weights;

/// <summary>
/// Files with one state dict, whose pickles were made by CPython 3.11's pickle module at protocol 2 from stand-ins that reduce as
/// PyTorch's tensors, parameters and storages do, and checked with pickletools. Its tensors:
/// <code>
/// features.0.weight      F32 [2, 6]  0 … 11
/// features.0.transposed  F32 [4, 3]  the same storage, strides (1, 4)
/// tail                   F32 [3]     the same storage from 9
/// half                   F16 [3, 1]  0.5, −2, 65504
/// brain                  BF16 [2]    1, −3, a Parameter
/// tracked                I64 []      7
/// </code>
/// </summary>
static class TorchSamples
{
    /// <summary>{epoch: 300, best: 0.25, ok: True, none: None, list: [1, −70000, 2⁴⁰], state: the state dict with its _metadata}.</summary>
    public static byte[] Pickle { get; } = Convert.FromBase64String("""
        gAJ9cQAoWAUAAABlcG9jaHEBTSwBWAQAAABiZXN0cQJHP9AAAAAAAABYAgAAAG9rcQOIWAQAAABub25lcQROWAQAAABsaXN0cQVdcQYoSwFKkO7+/4oGAAAA
        AAABZVgFAAAAc3RhdGVxB2Njb2xsZWN0aW9ucwpPcmRlcmVkRGljdApxCClScQkoWBEAAABmZWF0dXJlcy4wLndlaWdodHEKY3RvcmNoLl91dGlscwpfcmVi
        dWlsZF90ZW5zb3JfdjIKcQsoKFgHAAAAc3RvcmFnZXEMY3RvcmNoCkZsb2F0U3RvcmFnZQpxDVgBAAAAMHEOWAMAAABjcHVxD0sMdHEQUUsASwJLBoZxEUsG
        SwGGcRKJaAgpUnETdHEUUnEVWBUAAABmZWF0dXJlcy4wLnRyYW5zcG9zZWRxFmgLKChoDGgNaA5oD0sMdHEXUUsASwRLA4ZxGEsBSwSGcRmJaAgpUnEadHEb
        UnEcWAQAAAB0YWlscR1oCygoaAxoDWgOaA9LDHRxHlFLCUsDhXEfSwGFcSCJaAgpUnEhdHEiUnEjWAQAAABoYWxmcSRoCygoaAxjdG9yY2gKSGFsZlN0b3Jh
        Z2UKcSVYAQAAADFxJmgPSwN0cSdRSwBLA0sBhnEoSwFLAYZxKYloCClScSp0cStScSxYBQAAAGJyYWlucS1jdG9yY2guX3V0aWxzCl9yZWJ1aWxkX3BhcmFt
        ZXRlcgpxLmgLKChoDGN0b3JjaApCRmxvYXQxNlN0b3JhZ2UKcS9YAQAAADJxMGgPSwJ0cTFRSwBLAoVxMmggiWgIKVJxM3RxNFJxNYhoCClScTaHcTdScThY
        BwAAAHRyYWNrZWRxOWgLKChoDGN0b3JjaApMb25nU3RvcmFnZQpxOlgBAAAAM3E7aA9LAXRxPFFLACkpiWgIKVJxPXRxPlJxP3V9cUBYCQAAAF9tZXRhZGF0
        YXFBaAgpUnFCWAAAAABxQ31xRFgHAAAAdmVyc2lvbnFFSwFzc3NidS4=
        """);

    /// <summary>The state dict as a whole file in the form before PyTorch 1.6.</summary>
    public static byte[] Legacy { get; } = Convert.FromBase64String("""
        gAKKCmz8nEb5IGqoUBkugAJN6QMugAJ9cQAoWBAAAABwcm90b2NvbF92ZXJzaW9ucQFN6QNYDQAAAGxpdHRsZV9lbmRpYW5xAohYCgAAAHR5cGVfc2l6ZXNx
        A31xBChYBQAAAHNob3J0cQVLAlgDAAAAaW50cQZLBFgEAAAAbG9uZ3EHSwR1dS6AAmNjb2xsZWN0aW9ucwpPcmRlcmVkRGljdApxAClScQEoWBEAAABmZWF0
        dXJlcy4wLndlaWdodHECY3RvcmNoLl91dGlscwpfcmVidWlsZF90ZW5zb3JfdjIKcQMoKFgHAAAAc3RvcmFnZXEEY3RvcmNoCkZsb2F0U3RvcmFnZQpxBVgO
        AAAAOTQwMDAwMDAwMDAwMDBxBlgDAAAAY3B1cQdLDE50cQhRSwBLAksGhnEJSwZLAYZxColoAClScQt0cQxScQ1YFQAAAGZlYXR1cmVzLjAudHJhbnNwb3Nl
        ZHEOaAMoKGgEaAVoBmgHSwxOdHEPUUsASwRLA4ZxEEsBSwSGcRGJaAApUnESdHETUnEUWAQAAAB0YWlscRVoAygoaARoBWgGaAdLDE50cRZRSwlLA4VxF0sB
        hXEYiWgAKVJxGXRxGlJxG1gEAAAAaGFsZnEcaAMoKGgEY3RvcmNoCkhhbGZTdG9yYWdlCnEdWA4AAAA5NDAwMDAwMDAwMDAwMXEeaAdLA050cR9RSwBLA0sB
        hnEgSwFLAYZxIYloAClScSJ0cSNScSRYBQAAAGJyYWlucSVjdG9yY2guX3V0aWxzCl9yZWJ1aWxkX3BhcmFtZXRlcgpxJmgDKChoBGN0b3JjaApCRmxvYXQx
        NlN0b3JhZ2UKcSdYDgAAADk0MDAwMDAwMDAwMDAycShoB0sCTnRxKVFLAEsChXEqaBiJaAApUnErdHEsUnEtiGgAKVJxLodxL1JxMFgHAAAAdHJhY2tlZHEx
        aAMoKGgEY3RvcmNoCkxvbmdTdG9yYWdlCnEyWA4AAAA5NDAwMDAwMDAwMDAwM3EzaAdLAU50cTRRSwApKYloAClScTV0cTZScTd1fXE4WAkAAABfbWV0YWRh
        dGFxOWgAKVJxOlgAAAAAcTt9cTxYBwAAAHZlcnNpb25xPUsBc3NzYi6AAl1xAChYDgAAADk0MDAwMDAwMDAwMDAwcQFYDgAAADk0MDAwMDAwMDAwMDAxcQJY
        DgAAADk0MDAwMDAwMDAwMDAycQNYDgAAADk0MDAwMDAwMDAwMDAzcQRlLgwAAAAAAAAAAAAAAAAAgD8AAABAAABAQAAAgEAAAKBAAADAQAAA4EAAAABBAAAQ
        QQAAIEEAADBBAwAAAAAAAAAAOADA/3sCAAAAAAAAAIA/QMABAAAAAAAAAAcAAAAAAAAA
        """);

    public static byte[] Zip() => Zip(Pickle);

    /// <summary>The archive around <paramref name="pickle"/>, with the four storages and whatever else is given.</summary>
    public static byte[] Zip(byte[] pickle, params (string Name, byte[] Data)[] more)
    {
        byte[] floats = new byte[48];
        for (int i = 0; i < 12; i++) BinaryPrimitives.WriteSingleLittleEndian(floats.AsSpan(i * 4), i);
        return TorchZipBytes.Of([
            ("model/data.pkl", pickle), ("model/byteorder", "little"u8.ToArray()),
            ("model/data/0", floats), ("model/data/1", [0x00, 0x38, 0x00, 0xc0, 0xff, 0x7b]), ("model/data/2", [0x80, 0x3f, 0x40, 0xc0]),
                ("model/data/3", [7, 0, 0, 0, 0, 0, 0, 0]),
            ("model/version", "3\n"u8.ToArray()), .. more]);
    }
}
