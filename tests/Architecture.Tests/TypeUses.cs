using Mono.Cecil;
using Mono.Cecil.Cil;

namespace FastRegistry.Architecture.Tests;

/// <summary>Finds the types of its own assembly that a type uses: in its bases, members, signatures, attributes and code, with what the compiler nested in it.</summary>
internal sealed class TypeUses
{
    private readonly HashSet<(TypeDefinition Used, MethodDefinition? By)> _found = [];
    private MethodDefinition? _by;

    private TypeUses()
    {
    }

    /// <summary>The outermost types used, and the method whose code or signature uses each; null when a declaration does.</summary>
    public static IReadOnlySet<(TypeDefinition Used, MethodDefinition? By)> Of(TypeDefinition type)
    {
        TypeUses uses = new();
        uses.AddType(type);
        return uses._found;
    }

    private void AddType(TypeDefinition type)
    {
        _by = null;
        Add(type.BaseType);
        Add(type.CustomAttributes);
        Add(type.GenericParameters);
        foreach (InterfaceImplementation implementation in type.Interfaces)
        {
            Add(implementation.InterfaceType);
        }

        foreach (FieldDefinition field in type.Fields)
        {
            Add(field.FieldType);
            Add(field.CustomAttributes);
        }

        foreach (PropertyDefinition property in type.Properties)
        {
            Add(property.PropertyType);
            Add(property.CustomAttributes);
        }

        foreach (EventDefinition @event in type.Events)
        {
            Add(@event.EventType);
            Add(@event.CustomAttributes);
        }

        foreach (MethodDefinition method in type.Methods)
        {
            _by = method;
            AddMethod(method);
        }

        foreach (TypeDefinition nested in type.NestedTypes)
        {
            AddType(nested);
        }
    }

    private void AddMethod(MethodDefinition method)
    {
        Add((MethodReference)method);
        Add(method.CustomAttributes);
        Add(method.GenericParameters);
        foreach (ParameterDefinition parameter in method.Parameters)
        {
            Add(parameter.CustomAttributes);
        }

        foreach (MethodReference overridden in method.Overrides)
        {
            Add(overridden);
        }

        if (!method.HasBody)
        {
            return;
        }

        foreach (VariableDefinition variable in method.Body.Variables)
        {
            Add(variable.VariableType);
        }

        foreach (ExceptionHandler handler in method.Body.ExceptionHandlers)
        {
            Add(handler.CatchType);
        }

        foreach (Instruction instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference type:
                    Add(type);
                    break;
                case MethodReference called:
                    Add(called);
                    break;
                case FieldReference field:
                    Add(field.DeclaringType);
                    Add(field.FieldType);
                    break;
                case CallSite site:
                    Add(site.ReturnType);
                    Add(site.Parameters);
                    break;
            }
        }
    }

    private void Add(MethodReference method)
    {
        Add(method.DeclaringType);
        Add(method.ReturnType);
        Add(method.Parameters);
        if (method is GenericInstanceMethod instance)
        {
            foreach (TypeReference argument in instance.GenericArguments)
            {
                Add(argument);
            }

            Add(instance.ElementMethod);
        }
    }

    private void Add(IEnumerable<ParameterDefinition> parameters)
    {
        foreach (ParameterDefinition parameter in parameters)
        {
            Add(parameter.ParameterType);
        }
    }

    private void Add(IEnumerable<GenericParameter> parameters)
    {
        foreach (GenericParameter parameter in parameters)
        {
            Add(parameter.CustomAttributes);
            foreach (GenericParameterConstraint constraint in parameter.Constraints)
            {
                Add(constraint.ConstraintType);
            }
        }
    }

    private void Add(IEnumerable<CustomAttribute> attributes)
    {
        foreach (CustomAttribute attribute in attributes)
        {
            Add(attribute.AttributeType);
            foreach (CustomAttributeArgument argument in attribute.ConstructorArguments.Concat(attribute.Properties.Select(static property => property.Argument)))
            {
                Add(argument.Type);
                Add(argument.Value as TypeReference);
            }
        }
    }

    private void Add(TypeReference? type)
    {
        switch (type)
        {
            case null or GenericParameter:
                return;
            case GenericInstanceType instance:
                foreach (TypeReference argument in instance.GenericArguments)
                {
                    Add(argument);
                }

                Add(instance.ElementType);
                return;
            case FunctionPointerType pointer:
                Add(pointer.ReturnType);
                Add(pointer.Parameters);
                return;
            case IModifierType modifier:
                Add(modifier.ModifierType);
                Add(modifier.ElementType);
                return;
            case TypeSpecification specification:
                Add(specification.ElementType);
                return;
            case TypeDefinition definition:
                _found.Add((SourceProject.Outermost(definition), _by));
                return;
        }
    }
}
