using System.Buffers.Binary;

namespace Alignment.Onnx.Weights;

/// <summary>
/// torch.save before PyTorch 1.6: the pickles of a magic number, a protocol version, facts about the machine, the object, and the list of
/// storage keys; then for each key the number of elements (int64) and the elements.
/// </summary>
static class TorchLegacy
{
    // MAGIC_NUMBER 0x1950a86a20f9469cfc6c, then PROTOCOL_VERSION 1001, pickled.
    static ReadOnlySpan<byte> Start =>
        [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.', 0x80, 2, (byte)'M', 0xe9, 0x03,
        (byte)'.'];

    public static bool IsLegacy(MappedFile file) => file.Length >= Start.Length && file.Bytes(0, Start.Length).SequenceEqual(Start);

    // The object, and the place of each storage's elements; unused storages are not in the file.
    public static (object? Root, Dictionary<string, FilePart> Storages) Read(MappedFile file, string subject)
    {
        // The pickles come first; their length is recorded nowhere.
        byte[] head = file.Bytes(0, (int)Math.Min(file.Length, TorchCheckpoint.MostPickleBytes)).ToArray();
        int at = Start.Length;
        if (Next() is not PickleDict machine || !machine.Items.TryGetValue("little_endian", out object? order) || order is not true)
            throw Bad("numbers of a big-endian machine, or no word about it", "little-endian ones");
        var machineOfRoot = new PickleMachine(subject, head.AsMemory(at));
        object? root = machineOfRoot.Run();
        at += machineOfRoot.Position;
        if (Next() is not PickleList keys) throw Bad("no list of storages", "one behind the object");

        var known = new Dictionary<string, TorchStorage>();
        foreach (TorchStorage storage in machineOfRoot.Storages)
            if (known.TryAdd(storage.Key, storage) is false && known[storage.Key] != storage)
                throw Bad($"the storage '{storage.Key}' described in two ways", "one");
        var parts = new Dictionary<string, FilePart>();
        long data = at;
        foreach (object? item in keys.Items)
        {
            if (item is not string key || !known.TryGetValue(key, out TorchStorage? storage))
                throw Bad("a storage that the object does not mention", "only those it does");
            if (file.Length - data < sizeof(long) || BinaryPrimitives.ReadInt64LittleEndian(file.Bytes(data, sizeof(long))) is var n
                && n != storage.Elements)
                throw Bad($"another size of the storage '{key}' than the object says, or its end",
                    $"{storage.Elements} elements (is it truncated?)");
            data += sizeof(long);
            if (storage.Bytes > file.Length - data) throw Bad($"{file.Length - data} bytes for the storage '{key}'",
                $"{storage.Bytes} (is it truncated?)");
            if (!parts.TryAdd(key, new(data, storage.Bytes))) throw Bad($"the storage '{key}' twice", "once");
            data += storage.Bytes;
        }
        if (data != file.Length) throw Bad($"{file.Length - data} bytes behind the last storage", "none");
        return (root, parts);

        object? Next()
        {
            var one = new PickleMachine(subject, head.AsMemory(at));
            object? result = one.Run();
            at += one.Position;
            return result;
        }

        BadDataException Bad(string found, string expected) =>
            BadDataException.For(subject, found, expected, "Download or save the file again.");
    }
}
