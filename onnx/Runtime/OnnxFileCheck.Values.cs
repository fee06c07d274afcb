using Field = Alignment.Onnx.Runtime.ProtoReader.Field;

namespace Alignment.Onnx.Runtime;

// Inputs and outputs.
sealed partial class OnnxFileCheck
{
    // ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1, dim_param 2 } } } }.
    OnnxValue Value(Field field)
    {
        string name = "", type = "not a tensor";
        var dims = new List<long?>();
        var names = new List<string>();
        Nested(field, f =>
        {
            if (f.Number == 1) name = _proto.Text(f);
            else if (f.Number == 2) Nested(f, t => Only(t, 1, () => Nested(t, TensorType)));
            else return false;
            return true;
        });
        return new(name, type, dims, names);

        bool TensorType(Field f)
        {
            if (f.Number == 1) type = _proto.Integer(f) is >= 0 and var n && n < s_types.Length ? s_types[n].Name : "unknown";
            else if (f.Number == 2) Nested(f, d => Only(d, 1, () => Dimension(d)));
            else return false;
            return true;
        }

        void Dimension(Field d)
        {
            long? size = null;
            string text = "?";
            Nested(d, f =>
            {
                if (f.Number == 1) text = (size = _proto.Integer(f)).Value.ToString(CultureInfo.InvariantCulture);
                else if (f.Number == 2) text = _proto.Text(f) is { Length: > 0 } named ? named : "?";
                else return false;
                return true;
            });
            dims.Add(size);
            names.Add(text);
        }
    }
}
