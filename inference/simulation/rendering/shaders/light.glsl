// Light that reaches a surface at p with normal n.
vec3 light_at(vec3 p, vec3 n) {
    vec3 light = mix(below.rgb, above.rgb, 0.5 * n.z + 0.5) + sun.rgb * max(dot(n, towards_sun.xyz), 0.0);
    int count = int(eye.w);
    for (int i = 0; i < count; ++i) {
        vec3 way = lamps[i].xyz - p;
        float square = dot(way, way);
        float facing = 0.25 + 0.75 * dot(n, way) * inversesqrt(square + 1e-6);
        light += lamps[i].w * max(facing, 0.0) / (1.0 + 0.25 * square);
    }
    return light;
}

// What is seen in direction d where nothing stands.
vec3 surroundings(vec3 d) {
    vec3 ground = horizon.rgb * (0.35 + 0.5 * below.rgb);
    return mix(mix(horizon.rgb, ground, smoothstep(0.0, 0.25, -d.z)), zenith.rgb, smoothstep(0.0, 0.7, d.z));
}

// Highlight and reflection of a surface: Blinn's half vector (1977) and Schlick's Fresnel term (1994).
vec3 shine(vec3 n, vec3 v, float gloss) {
    float facing = max(dot(n, v), 0.0);
    float away = 1.0 - facing;
    float away2 = away * away;
    float fresnel = gloss * gloss * (0.06 + 0.6 * away2 * away2 * away);
    vec3 halfway = normalize(towards_sun.xyz + v);
    float glint = gloss * pow(max(dot(n, halfway), 0.0), exp2(2.0 + 5.0 * gloss));
    vec3 mirrored = 2.0 * dot(n, v) * n - v;
    return fresnel * surroundings(mirrored) + (0.5 * gloss * glint) * (sun.rgb + 0.15 * above.rgb);
}
